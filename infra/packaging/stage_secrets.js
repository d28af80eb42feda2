'use strict';

// A plugin for osls: the secrets of the stage become parameters of the stack, at the moment of the deployment.
//
// `resources` in serverless.yml declares a parameter with `NoEcho` for each of them; `DatabaseUrl` is DATABASE_URL in the
// stage's secret. One with a default may be missing there, every other one stops the deployment before it has changed
// anything. The values are in this process and in the call to CloudFormation: in no file, template or bucket.

const askPython = require('./project_python.js');

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

  ask(keys) {
    const stage = this.serverless.getProvider('aws').getStage();
    return askPython(this.serverless, 'The secrets of the stage', ['infra.stage_secrets', stage, ...keys]);
  }
};

function key(parameter) {
  return parameter.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toUpperCase();
}
