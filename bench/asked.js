// Answers what the benchmark's server asks the page with this token; each answer in a page that is loaded anew.
const token = new URLSearchParams(location.search).get("token");

async function answer() {
  const desk = `/bench-desk/${token}`;
  // JSON has no undefined, by which an option is not given.
  const given = (value) => (Array.isArray(value) ? value.map(given) : (value ?? undefined));
  const [file, name, argument] = given(await (await fetch(desk)).json());
  let told;
  try {
    told = { measures: await (await import(`./workloads/${file}.js`))[name](argument) };
  } catch (error) {
    told = { error: `${error.name}: ${error.message}` };
  }
  await fetch(desk, { method: "POST", body: JSON.stringify(told) });
  location.reload();
}

if (token) await answer();
