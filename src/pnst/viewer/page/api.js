// Requests to the server that gave this page. The token stands behind # in the address, which no browser sends.

const token = decodeURIComponent(location.hash.slice(1));

async function request(path, options = {}) {
  const response = await fetch(path, {
    ...options,
    headers: { "X-Pnst-Token": token, ...options.headers },
    cache: "no-store",
  });
  if (response.ok) return response;
  let parts = {};
  try {
    parts = await response.json();
  } catch {
    parts = {};
  }
  const refusal = new Error(parts.what ?? `the server answered ${response.status}`);
  refusal.parts = parts.what ? parts : fallback(response.status);
  throw refusal;
}

function fallback(status) {
  const isToken = status === 403;
  return {
    what: isToken ? "this page has no right to the images" : "the server refused",
    got: isToken ? "an address without its token, or that of an earlier server" : `status ${status}`,
    expected: "the whole address that pnst view printed",
    remedy: "open that address again",
  };
}

export async function getJson(path) {
  return (await request(path)).json();
}

export async function getBytes(path) {
  return (await request(path)).arrayBuffer();
}

export async function post(path, body = {}) {
  const options = { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  return (await request(path, options)).json();
}
