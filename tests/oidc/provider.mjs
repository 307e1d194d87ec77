// A real provider of single sign-on for tests: oidc-provider on a free port of this machine.
// It is told by its environment who its client is, and says on its first line where it answers.
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import Provider from 'oidc-provider';

const server = createServer();
server.listen(0, process.env.HOST, () => {
  const issuer = `http://${process.env.HOST}:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: process.env.CLIENT_ID,
        client_secret: process.env.CLIENT_SECRET,
        redirect_uris: [process.env.BACK],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    cookies: { keys: ['a key for tests'] },
    pkce: { required: () => true },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  });
  server.on('request', provider.callback());
  console.log(issuer);
});
// Whoever started it holds the other end: when they are gone, so is this.
createInterface({ input: process.stdin }).on('close', () => process.exit(0));
