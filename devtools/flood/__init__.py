"""`make flood`: far more incidents than memory holds, and whether everybody else is still served."""
