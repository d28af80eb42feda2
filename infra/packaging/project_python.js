'use strict';

// Runs a module of the project for a plugin, with the credentials that osls itself has: osls brings clients of few services.

const { spawnSync } = require('node:child_process');
const path = require('node:path');

module.exports = async function askPython(serverless, what, words) {
  const { serviceDir, classes } = serverless;
  const provider = serverless.getProvider('aws');
  const { credentials } = await provider.getAwsSdkV3Config();
  const env = { ...process.env, ...variables(await credentials()), AWS_REGION: provider.getRegion() };
  const python = path.join(serviceDir, '.venv', 'bin', 'python');
  const { status, stdout, stderr } = spawnSync(python, ['-m', ...words], { cwd: serviceDir, env, encoding: 'utf-8' });
  if (status !== 0) throw new classes.Error(`${what}: ${stderr.trim()}`);
  return JSON.parse(stdout);
};

function variables({ accessKeyId, secretAccessKey, sessionToken }) {
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken && { AWS_SESSION_TOKEN: sessionToken }),
  };
}
