using Benchmarks.Job;
using Microsoft.Azure.Functions.Worker.Builder;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.Services.AddSingleton(JobSettings.FromEnvironment());
builder.Services.AddSingleton<JobSteps>();

using var host = builder.Build();
await host.RunAsync();
