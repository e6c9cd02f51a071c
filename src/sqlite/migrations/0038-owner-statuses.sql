-- What the owner of a partition knows of a connection and other nodes show: what is in flight, what deliveries wait for. JSON.
CREATE TABLE owner_status (
  partition INTEGER NOT NULL,
  connection TEXT NOT NULL,
  status TEXT NOT NULL,
  PRIMARY KEY (partition, connection)
) WITHOUT ROWID;
