// panva's oidc-provider with one client, on a port of loopback that it chooses and prints.
// Whoever says a name at an interaction signs in as that; "NAME with a second factor" says so in amr.
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import Provider from "oidc-provider";

const pem = readFileSync(process.env.PEER_PEM);
const server = createServer({ key: pem, cert: pem });
server.listen(0, "127.0.0.1", () => {
  const issuer = `https://localhost:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: process.env.PEER_CLIENT,
      client_secret: process.env.PEER_SECRET,
      redirect_uris: [process.env.PEER_REDIRECT],
      require_auth_time: true,
    }],
    claims: { openid: ["sub", "amr"], profile: ["preferred_username"] },
    conformIdTokenClaims: false,
    cookies: { keys: ["of a test"] },
    features: { devInteractions: { enabled: false } },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, preferred_username: `${id}@there.example` }) }),
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    loadExistingGrant: async ({ oidc }) => {
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope("openid profile");
      await grant.save();
      return grant;
    },
  });
  provider.use(async (ctx, next) => {
    if (!ctx.path.startsWith("/interaction/")) return next();
    const login = { accountId: ctx.query.who, amr: ctx.query.factors ? ["pwd", "mfa"] : ["pwd"] };
    await provider.interactionFinished(ctx.req, ctx.res, { login }, { mergeWithLastSubmission: false });
    ctx.respond = false;
  });
  server.on("request", provider.callback());
  process.stdout.write(`${issuer}\n`);
});
