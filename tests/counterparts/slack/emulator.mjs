// Runs npm `emulate` as a Slack Web API on 127.0.0.1, and starts it over with other people and channels when asked.
import { createServer } from "node:http";
import { createEmulator } from "emulate";

let current;

async function freePort() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function startOver({ seed, baseUrl }) {
  await current?.close();
  const port = await freePort();
  current = await createEmulator({ service: "slack", port, hostname: "127.0.0.1", baseUrl, seed });
  return port;
}

createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  try {
    response.end(JSON.stringify({ port: await startOver(JSON.parse(body)) }));
  } catch (error) {
    response.statusCode = 500;
    response.end(String(error?.stack ?? error));
  }
}).listen(Number(process.env.PORT), "127.0.0.1");
