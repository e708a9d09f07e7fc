#!/usr/bin/env python
"""Django's command line. DJANGO_ENV chooses the settings (local, test, production)."""

import sys


def main() -> None:
    """Run one command."""
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        raise SystemExit(
            "Django is not installed: run `make setup`, then .venv/bin/python."
        ) from None
    from config import collector, commands, env

    env.choose_settings()
    collector.calm(collector.BULK, loaded=False)
    commands.run(execute_from_command_line, sys.argv)


if __name__ == "__main__":
    main()
