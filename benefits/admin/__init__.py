"""The operators' admin of benefits: catalogue, codes, redemptions, what needs a look."""
