INSERT INTO {schema}.installations VALUES (2);
SELECT pg_advisory_xact_lock_shared(4711);
