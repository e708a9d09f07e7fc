"""What was redeemed stays: the database refuses to change the facts or the history."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION benefits_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER redemptionevent_append_only
    BEFORE UPDATE OR DELETE ON benefits_redemptionevent
    FOR EACH ROW EXECUTE FUNCTION benefits_refuse();
CREATE TRIGGER redemptionevent_no_truncate
    BEFORE TRUNCATE ON benefits_redemptionevent
    FOR EACH STATEMENT EXECUTE FUNCTION benefits_refuse();

CREATE FUNCTION benefits_keep_facts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.id, OLD.customer_id, OLD.benefit_id, OLD.points, OLD.key, OLD.request_digest,
        OLD.granted_by, OLD.transfer_id, OLD.created_at)
       IS DISTINCT FROM
       (NEW.id, NEW.customer_id, NEW.benefit_id, NEW.points, NEW.key, NEW.request_digest,
        NEW.granted_by, NEW.transfer_id, NEW.created_at)
    THEN
        RAISE EXCEPTION 'the facts of a redemption never change'
            USING ERRCODE = 'restrict_violation';
    END IF;
    -- Only a reward that waited for stock gets its code later.
    IF OLD.status <> 'waiting' AND
       (OLD.sealed, OLD.code_digest, OLD.unit_id, OLD.valid_until)
       IS DISTINCT FROM (NEW.sealed, NEW.code_digest, NEW.unit_id, NEW.valid_until)
    THEN
        RAISE EXCEPTION 'the code of a redemption never changes'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status IN ('used', 'cancelled', 'expired') AND
       (OLD.status, OLD.refund_id) IS DISTINCT FROM (NEW.status, NEW.refund_id)
    THEN
        RAISE EXCEPTION 'a redemption that is % stays so', OLD.status
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER redemption_keeps_facts
    BEFORE UPDATE ON benefits_redemption
    FOR EACH ROW EXECUTE FUNCTION benefits_keep_facts();
CREATE TRIGGER redemption_no_delete
    BEFORE DELETE ON benefits_redemption
    FOR EACH ROW EXECUTE FUNCTION benefits_refuse();
CREATE TRIGGER redemption_no_truncate
    BEFORE TRUNCATE ON benefits_redemption
    FOR EACH STATEMENT EXECUTE FUNCTION benefits_refuse();

-- An uploaded code is given once, and what was given or voided never becomes free.
CREATE FUNCTION benefits_keep_code() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.benefit_id <> NEW.benefit_id OR OLD.digest <> NEW.digest
       OR (NEW.state = 'free' AND OLD.state <> 'free')
       OR (OLD.state = 'void' AND NEW.state <> 'void')
    THEN
        RAISE EXCEPTION 'a code that is % stays so', OLD.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER benefitcode_given_once
    BEFORE UPDATE ON benefits_benefitcode
    FOR EACH ROW EXECUTE FUNCTION benefits_keep_code();
"""

BACKWARD = """
DROP TRIGGER benefitcode_given_once ON benefits_benefitcode;
DROP TRIGGER redemption_no_truncate ON benefits_redemption;
DROP TRIGGER redemption_no_delete ON benefits_redemption;
DROP TRIGGER redemption_keeps_facts ON benefits_redemption;
DROP TRIGGER redemptionevent_no_truncate ON benefits_redemptionevent;
DROP TRIGGER redemptionevent_append_only ON benefits_redemptionevent;
DROP FUNCTION benefits_keep_code();
DROP FUNCTION benefits_keep_facts();
DROP FUNCTION benefits_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("benefits", "0001_catalogue_stock_redemptions")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
