'use strict';

// A plugin for osls: a deployment uploads the zips that changed, and CloudFormation updates the functions that changed.
//
// Left alone, osls puts every zip into the folder of each deployment, so that every function is new each time. Zips are the
// same bytes as long as their sources are the same (infra/bundle.py): here each lies under the digest of its bytes, once.
// A roll-back finds there whatever it needs. What no kept deployment names any more is removed at the end.

const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const path = require('node:path');

const askPython = require('./project_python.js');

module.exports = class ChangedZips {
  constructor(serverless, options, { log } = {}) {
    this.serverless = serverless;
    this.log = log;
    this.hooks = {
      // as in error_alarms.js
      'before:aws:package:finalize:mergeCustomProviderResources': () => this.name(),
      'before:aws:deploy:deploy:uploadArtifacts': () => this.takeOver(),
      'after:aws:deploy:finalize:cleanup': () => this.sweep(),
    };
  }

  name() {
    for (const [name, code] of this.functions()) {
      const digest = createHash('sha256').update(readFileSync(this.zip(name))).digest('hex');
      code.S3Key = `${this.folder()}/zips/${digest}/${name}.zip`;
    }
  }

  // The step of osls that uploads zips; it has no setting for it.
  takeOver() {
    const deployment = this.serverless.pluginManager.plugins.find(({ uploadFunctionsAndLayers }) => uploadFunctionsAndLayers);
    this.bucket = deployment.bucketName;
    deployment.uploadFunctionsAndLayers = () => this.upload();
  }

  async upload() {
    const zips = this.functions().map(([name, { S3Key: key }]) => `${key}=${this.zip(name)}`);
    const uploaded = await askPython(this.serverless, 'The zips', ['infra.zips', 'upload', this.bucket, ...zips]);
    const names = uploaded.length > 0 && uploaded.length < zips.length ? `: ${uploaded.join(', ')}` : '';
    this.log?.notice(`${uploaded.length} of ${zips.length} zips changed and were uploaded${names}`);
  }

  async sweep() {
    if (this.bucket) await askPython(this.serverless, 'Old zips', ['infra.zips', 'sweep', this.bucket, this.folder()]);
  }

  // The name and the `Code` of each function, as it is compiled.
  functions() {
    const { functions, provider } = this.serverless.service;
    const { naming } = this.serverless.getProvider('aws');
    const { Resources: compiled } = provider.compiledCloudFormationTemplate;
    return Object.keys(functions).map((name) => [name, compiled[naming.getLambdaLogicalId(name)].Properties.Code]);
  }

  zip(name) {
    const { service, serviceDir } = this.serverless;
    return path.resolve(serviceDir, service.functions[name].package.artifact);
  }

  folder() {
    const provider = this.serverless.getProvider('aws');
    return [provider.getDeploymentPrefix(), this.serverless.service.service, provider.getStage()].join('/');
  }
};
