import pytest
@pytest.mark.django_db
def test_a(api_as, published):
    c = api_as()
    r = c.post("/api/v1/notes/", {"text": "hi"}, headers={"Idempotency-Key":"k1"})
    assert r.status_code == 201, r.content
    r2 = c.post("/api/v1/notes/", {"text": "hi"}, headers={"Idempotency-Key":"k1"})
    assert r2.content == r.content and r2["Idempotent-Replay"] == "true"
    r2 = c.post("/api/v1/notes/", {"text": "ho"}, headers={"Idempotency-Key":"k1"})
    assert r2.status_code == 422
    assert len(published()) == 1
    r = c.get("/api/v1/notes/"); print(r.content)
    print(api_as(None).get("/api/v1/notes/").content)
    print(c.put("/api/v1/notes/1/", {"text":"x"}).content, c.delete("/api/v1/notes/1/").content)
    print(c.get("/readyz").content, c.get("/livez").content, c.get("/metrics").content[-300:])
    print(c.get("/nope").content)
    print(c.get("/admin/example/").headers)
