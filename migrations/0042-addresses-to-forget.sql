-- Who never confirmed and who cannot be reached is looked for every hour: a few, whom nobody should have to find among a million.
CREATE INDEX addresses_unconfirmed ON addresses (created_at) WHERE confirmed_at IS NULL;
CREATE INDEX addresses_quarantined ON addresses (quarantined_at) WHERE quarantined_at IS NOT NULL;
