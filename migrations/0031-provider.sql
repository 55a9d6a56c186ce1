-- Signing in at the operator's own OpenID Connect provider.
-- the subject there, by which the customer is known for good
ALTER TABLE customers ADD COLUMN oidc_subject text;
CREATE UNIQUE INDEX customers_by_oidc_subject ON customers (oidc_subject) WHERE oidc_subject IS NOT NULL;

ALTER TABLE customer_import_rows ADD COLUMN oidc_subject text;

-- sealed; names who signs out at the provider too. Null where the session began by a password
ALTER TABLE sessions ADD COLUMN id_token text;

-- the same, while the code of a second step is still to come
ALTER TABLE staff_sign_ins ADD COLUMN id_token text;
ALTER TABLE staff_sign_ins ADD COLUMN proved_at bigint NOT NULL DEFAULT 0;
