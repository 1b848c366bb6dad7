CREATE TABLE {schema}.installations (id int);
