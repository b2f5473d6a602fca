"""The one way out: HTTP with limits, no redirects and no proxies of the environment."""
