"""Notes: the sample application's API and worker."""
