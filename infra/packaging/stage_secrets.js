'use strict';

// A plugin for osls: the secrets of the stage become parameters of the stack, at the moment of the deployment.
//
// `resources` in serverless.yml declares a parameter with `NoEcho` for each of them; `DatabaseUrl` is DATABASE_URL in the
// stage's secret. One with a default may be missing there, every other one stops the deployment before it has changed
// anything. The values are in this process and in the call to CloudFormation: in no file, template or bucket.

const { spawnSync } = require('node:child_process');
const path = require('node:path');

module.exports = class StageSecrets {
  constructor(serverless) {
    this.serverless = serverless;
    this.hooks = {
      'before:aws:deploy:deploy:createStack': async () => {
        this.parameters = await this.read();
      },
      // a secret may have changed where no file has
      'after:aws:deploy:deploy:checkForChanges': () => {
        this.serverless.service.provider.shouldNotDeploy = false;
      },
      // not earlier: the stack that osls makes first, with the bucket alone, knows no parameters
      'before:aws:deploy:deploy:updateStack': () => {
        this.serverless.service.provider.stackParameters = this.parameters;
      },
    };
  }

  async read() {
    const { Parameters: declared } = this.serverless.service.provider.compiledCloudFormationTemplate;
    const names = Object.keys(declared).filter((name) => declared[name].NoEcho);
    const found = await this.ask(names.map((name) => ('Default' in declared[name] ? `--optional=${key(name)}` : key(name))));
    return names
      .filter((name) => key(name) in found)
      .map((name) => ({ ParameterKey: name, ParameterValue: found[key(name)] }));
  }

  async ask(keys) {
    const { serviceDir, classes } = this.serverless;
    const provider = this.serverless.getProvider('aws');
    const python = path.join(serviceDir, '.venv', 'bin', 'python');
    const words = ['-m', 'infra.stage_secrets', provider.getStage(), ...keys];
    // asked in Python, because osls brings no client of Secrets Manager; with the credentials that osls itself deploys with
    const { credentials } = await provider.getAwsSdkV3Config();
    const env = { ...process.env, ...variables(await credentials()), AWS_REGION: provider.getRegion() };
    const { status, stdout, stderr } = spawnSync(python, words, { cwd: serviceDir, env, encoding: 'utf-8' });
    if (status !== 0) throw new classes.Error(`The secrets of the stage: ${stderr.trim()}`);
    return JSON.parse(stdout);
  }
};

function key(parameter) {
  return parameter.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toUpperCase();
}

function variables({ accessKeyId, secretAccessKey, sessionToken }) {
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken && { AWS_SESSION_TOKEN: sessionToken }),
  };
}
