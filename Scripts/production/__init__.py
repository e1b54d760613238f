"""The operator's tool for a deployment in containers; ``ops`` is its sister for an instance of Scripts/run."""
