SwaggerUIBundle({
  dom_id: "#reference",
  url: "/openapi.json",
  // Otherwise the document is sent to a validator on the internet, whose badge is shown.
  validatorUrl: null,
  deepLinking: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  defaultModelRendering: "model",
});
