INSERT INTO {schema}.installations VALUES (3);
