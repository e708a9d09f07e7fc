"""Parts of the event bodies are made and dropped by a function with the right of their owner.

Web, worker and beat may sign in with a role that owns no tables (docs/howto/database-role.md), which
can make and drop none either.
"""

from django.db import migrations

KEEP = """
CREATE FUNCTION growth_keep_event_bodies(this_month date, months_ahead integer, oldest date)
RETURNS text[] LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    start date;
    following date;
    part text;
    old text[];
BEGIN
    PERFORM pg_advisory_xact_lock(x'424F4459'::bigint);  -- one at a time
    DELETE FROM public.growth_eventbody_default WHERE received_at < oldest;
    -- What came while there was no part for its month waits in the default one. Months are cut in
    -- UTC, so for some hours it is another month at the bank.
    FOR start IN
        SELECT (date_trunc('month', this_month) + make_interval(months => n))::date
        FROM generate_series(0, months_ahead) n
        UNION SELECT date_trunc('month', received_at)::date FROM public.growth_eventbody_default
        ORDER BY 1
    LOOP
        following := (start + interval '1 month')::date;
        part := 'growth_eventbody_' || to_char(start, 'YYYY_MM');
        CONTINUE WHEN to_regclass('public.' || part) IS NOT NULL;
        EXECUTE format('CREATE TABLE public.%I (LIKE public.growth_eventbody INCLUDING DEFAULTS)',
                       part);
        EXECUTE format('WITH moved AS (
                          DELETE FROM public.growth_eventbody_default
                          WHERE received_at >= %L AND received_at < %L RETURNING *)
                        INSERT INTO public.%I SELECT * FROM moved', start, following, part);
        EXECUTE format('ALTER TABLE public.growth_eventbody
                        ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
                       part, start, following);
    END LOOP;
    SELECT coalesce(array_agg(c.relname::text ORDER BY c.relname), '{}') INTO old
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'public.growth_eventbody'::regclass
      AND c.relname::text COLLATE "C" < 'growth_eventbody_' || to_char(oldest, 'YYYY_MM');
    FOREACH part IN ARRAY old LOOP
        EXECUTE format('DROP TABLE public.%I', part);
    END LOOP;
    RETURN old;
END $$;
REVOKE ALL ON FUNCTION growth_keep_event_bodies FROM PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [("growth", "0019_open_items_by_key")]

    operations = [migrations.RunSQL(KEEP, "DROP FUNCTION growth_keep_event_bodies")]
