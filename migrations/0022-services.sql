-- マイ商品リスト: the services that a customer chose, and the link of his own feed.
CREATE TABLE customer_services (
  customer_id text NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  service text NOT NULL REFERENCES services (key),
  PRIMARY KEY (customer_id, service)
);
CREATE TABLE customer_feeds (
  customer_id text PRIMARY KEY REFERENCES customers (id) ON DELETE CASCADE,
  nonce text NOT NULL UNIQUE, -- the link is this and a signature: the table alone opens no feed
  created_at bigint NOT NULL
);
