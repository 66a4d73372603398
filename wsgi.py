"""The WSGI application: `flask --app wsgi` and gunicorn load it from here."""

from webapp.app import create_app

app = create_app()
