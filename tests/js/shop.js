// The hand of a page, or of node, on a shop's server (/shop/), and a stand-in for the object that Odoo gives a till.
let made = 0;

/** A shop of its own with these settings; `root` is the server's URL where there is no page. */
export async function shop(settings = {}, root = "") {
  const told = at(`shop-${++made}-${Math.random().toString(36).slice(2)}`, root);
  await told.control(settings);
  return told;
}

/** The shop of this name: its URL, its settings, what it has, and the `pos` of a till in it. */
export function at(name, root = "") {
  const url = `${root}/shop/${name}`;
  return {
    name,
    url,
    async control(settings) {
      const response = await fetch(`${url}/control`, { method: "POST", body: JSON.stringify(settings) });
      if (!response.ok) throw new Error(await response.text());
    },
    state: async () => (await fetch(`${url}/state`)).json(),
    pos: ({ users = [2] } = {}) => pos(url, users),
  };
}

/** What Odoo's client throws when the server answers with an error. */
class RPCError extends Error {
  name = "RPC_ERROR";
  type = "server";

  constructor({ code, message, data }) {
    super(message);
    Object.assign(this, { code, data, exceptionName: data.name });
  }
}

/** What it throws when there is no answer, or one that is not its own. */
class ConnectionLostError extends Error {
  constructor(url) {
    super(`Connection to "${url}" couldn't be established or was interrupted`);
    this.url = url;
  }
}

let calls = 0;
/** As Odoo's client: no timeout, no retry. */
async function rpc(root, model, method, args, kwargs = {}) {
  const url = `${root}/web/dataset/call_kw/${model}/${method}`;
  const params = { model, method, args, kwargs: { context: { lang: "en_US", uid: 2 }, ...kwargs } };
  let reply;
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ id: ++calls, jsonrpc: "2.0", method: "call", params }),
    });
    reply = response.status === 502 ? null : await response.json();
  } catch {
    reply = null;
  }
  if (!reply) throw new ConnectionLostError(url);
  if (reply.error) throw new RPCError(reply.error);
  return reply.result;
}

/** What the bus has heard is in `events`. */
function pos(url, users) {
  const events = [];
  const orm = {
    create: (model, values) => rpc(url, model, "create", [values]),
    write: (model, ids, values) => rpc(url, model, "write", [ids, values]),
    searchRead: (model, domain, fields) => rpc(url, model, "search_read", [], { domain, fields }),
  };
  const bus_service = { trigger: (event, detail) => void events.push({ event, detail }) };
  return { user: { id: users[0] }, user_ids: users, env: { services: { orm, bus_service } }, events };
}
