using EmbeddedFunctions.Invocation;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;

namespace EmbeddedFunctions.Http;

/// <summary>Puts HTTP functions on the web application's routes.</summary>
internal static class FunctionEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, FunctionCatalog catalog, HostJson hostJson, HttpFunctionRunner runner)
    {
        var endpoints = catalog.Of(TriggerKind.Http).Select(function => Build(function, hostJson, runner)).ToList();
        if (endpoints.Count > 0) routes.DataSources.Add(new DefaultEndpointDataSource(endpoints));
    }

    /// <summary>Notes routes whose constraints do not exist or do not parse.</summary>
    public static void Check(FunctionCatalog catalog, HostJson hostJson, ParameterPolicyFactory policies, List<string> problems)
    {
        foreach (var function in catalog.Of(TriggerKind.Http))
        {
            foreach (var parameter in PatternOf(function, hostJson).Parameters)
            {
                foreach (var policy in parameter.ParameterPolicies)
                {
                    try
                    {
                        policies.Create(parameter, policy);
                    }
                    catch (Exception exception)
                    {
                        // A constraint's own constructor may throw anything.
                        problems.Add(
                            $"Function '{function.Name}': constraint '{policy.Content}' of its route is not valid: {exception.Message}");
                    }
                }
            }
        }
    }

    private static Endpoint Build(FunctionEntry function, HostJson hostJson, HttpFunctionRunner runner)
    {
        var trigger = (HttpTriggerAttribute)function.Trigger;
        var level = trigger.AuthLevel;
        var builder = new RouteEndpointBuilder(http => runner.RunAsync(function, level, http), PatternOf(function, hostJson), order: 0)
        {
            DisplayName = function.Name,
        };
        builder.Metadata.Add(new FunctionMethods(HttpRoutes.MethodsOf(trigger)));
        return builder.Build();
    }

    private static RoutePattern PatternOf(FunctionEntry function, HostJson hostJson) => RoutePatternFactory.Parse(
        HttpRoutes.TemplateOf((HttpTriggerAttribute)function.Trigger, function.Name, hostJson.RoutePrefix));
}
