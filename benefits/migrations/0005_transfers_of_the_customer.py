"""A redemption is paid by a transfer of the same customer, and refunded by one."""

from django.db import migrations

FORWARD = """
ALTER TABLE benefits_redemption
  ADD CONSTRAINT redemption_transfer FOREIGN KEY (transfer_id, customer_id)
    REFERENCES growth_pointstransfer (id, customer_id) DEFERRABLE INITIALLY DEFERRED,
  ADD CONSTRAINT redemption_refund FOREIGN KEY (refund_id, customer_id)
    REFERENCES growth_pointstransfer (id, customer_id) DEFERRABLE INITIALLY DEFERRED;
"""
BACKWARD = """
ALTER TABLE benefits_redemption
  DROP CONSTRAINT redemption_transfer, DROP CONSTRAINT redemption_refund;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("benefits", "0004_transfers_without_constraint"),
        ("growth", "0012_parts_by_customer"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
