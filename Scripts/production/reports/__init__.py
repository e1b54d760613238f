"""The four status documents of a deployment, written from what is measured and recorded, never by hand."""
