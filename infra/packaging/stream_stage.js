'use strict';

// A plugin for osls and serverless v3/v4: the stage of the REST API, behind which answers are streamed, lets as many requests
// through as the HTTP API does. osls makes the stage by the way, as a property of the deployment, and has no word for limits.
// What API Gateway refuses by itself (a throttled request, one that is too large) a page can only read with CORS headers, of
// which it knows one origin: that of the first site.
// And osls names the deployment after the time. Here it is named after what is deployed: the same sources give the same template,
// and a deployment that changes nothing of the API makes no new one.

const { createHash } = require('node:crypto');

const STAGE = 'ApiGatewayStage';
const ERRORS = { ApiGatewayClientErrors: 'DEFAULT_4XX', ApiGatewayServerErrors: 'DEFAULT_5XX' };

module.exports = class StreamStage {
  constructor(serverless) {
    this.serverless = serverless;
    // as in error_alarms.js
    this.hooks = { 'before:aws:package:finalize:mergeCustomProviderResources': () => this.limit() };
  }

  limit() {
    const { compiledCloudFormationTemplate: template } = this.serverless.service.provider;
    const [name, deployment] = Object.entries(template.Resources).find(([, { Type }]) => Type === 'AWS::ApiGateway::Deployment') ?? [];
    if (!deployment) return;
    this.letPagesReadErrors(template);
    deployment.DependsOn = [...[deployment.DependsOn ?? []].flat(), ...Object.keys(ERRORS)];
    const { StageName } = deployment.Properties;
    delete deployment.Properties.StageName;
    const parts = Object.entries(template.Resources).filter(([, { Type }]) => /^AWS::ApiGateway::(Resource|Method|GatewayResponse)$/.test(Type));
    const digest = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
    const named = `ApiGatewayDeployment${digest}`;
    delete template.Resources[name];
    template.Resources[named] = deployment;
    const { requestsPerSecond, requestsInABurst } = this.serverless.service.custom.streamLimits;
    template.Resources[STAGE] = {
      Type: 'AWS::ApiGateway::Stage',
      Properties: {
        RestApiId: { Ref: 'ApiGatewayRestApi' },
        DeploymentId: { Ref: named },
        StageName,
        MethodSettings: [
          { HttpMethod: '*', ResourcePath: '/*', ThrottlingRateLimit: requestsPerSecond, ThrottlingBurstLimit: requestsInABurst },
        ],
      },
    };
  }

  letPagesReadErrors(template) {
    const { streamOrigin } = this.serverless.service.custom;
    for (const [name, ResponseType] of Object.entries(ERRORS)) {
      template.Resources[name] = {
        Type: 'AWS::ApiGateway::GatewayResponse',
        Properties: {
          RestApiId: { Ref: 'ApiGatewayRestApi' },
          ResponseType,
          ResponseParameters: {
            'gatewayresponse.header.Access-Control-Allow-Origin': `'${streamOrigin}'`,
            'gatewayresponse.header.Access-Control-Allow-Credentials': "'true'",
            'gatewayresponse.header.Vary': "'Origin'",
          },
        },
      };
    }
  }
};
