"""The machine under the services: clock, identities, lanes and the loop that calls their steps."""
