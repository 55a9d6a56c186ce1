-- A reset sets the password of the account that it was asked for, once, and of no other. The program checks that; this is the last guard.
CREATE TRIGGER customers_password_owner BEFORE UPDATE OF password_hash, password_reset_id ON customers
WHEN NEW.password_reset_id IS NOT NULL
  AND (NEW.password_hash IS NOT OLD.password_hash OR NEW.password_reset_id IS NOT OLD.password_reset_id)
  AND NOT EXISTS (
    SELECT 1 FROM password_resets r
    WHERE r.id = NEW.password_reset_id AND r.customer_id = NEW.id AND r.used_at IS NOT NULL
      AND NEW.password_reset_id IS NOT OLD.password_reset_id)
BEGIN SELECT RAISE(ABORT, 'this reset belongs to another account'); END;
