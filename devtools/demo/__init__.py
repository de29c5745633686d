"""`make demo`: broker, camera and worker on this machine, one incident, and the clip that answers it."""
