"""The control plane and the web application. Never imports torch, never imports the judge."""
