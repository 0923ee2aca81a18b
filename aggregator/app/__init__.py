"""What the product can do: use cases over one database, one module each; `app.open_app` builds them from the settings."""
