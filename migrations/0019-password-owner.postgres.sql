-- A reset sets the password of the account that it was asked for, once, and of no other. The program checks that; this is the last guard.
CREATE FUNCTION refuse_foreign_reset() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM password_resets r
    WHERE r.id = NEW.password_reset_id AND r.customer_id = NEW.id AND r.used_at IS NOT NULL
      AND NEW.password_reset_id IS DISTINCT FROM OLD.password_reset_id)
  THEN
    RAISE EXCEPTION 'this reset belongs to another account';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER customers_password_owner BEFORE UPDATE OF password_hash, password_reset_id ON customers
FOR EACH ROW WHEN (NEW.password_reset_id IS NOT NULL
  AND (NEW.password_hash IS DISTINCT FROM OLD.password_hash OR NEW.password_reset_id IS DISTINCT FROM OLD.password_reset_id))
EXECUTE FUNCTION refuse_foreign_reset();
