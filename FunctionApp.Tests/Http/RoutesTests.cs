using System.Reflection;
using System.Text.Json.Nodes;
using Atelier;
using Atelier.Configuration;
using Atelier.Http;
using FunctionApp.Tests.OpenApi;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FunctionApp.Tests.Http;

/// <summary>The table of routes, the functions and the OpenAPI document agree.</summary>
public sealed class RoutesTests
{
    [Fact]
    public void Table_HasExactlyTheFunctionsWithTheirMethodsAndPaths()
    {
        var declared =
            from type in typeof(AtelierServices).Assembly.GetTypes()
            from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            let function = method.GetCustomAttribute<FunctionAttribute>()
            where function is not null
            let trigger = method.GetParameters().Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>()).FirstOrDefault(found => found is not null)
            where trigger is not null
            select $"{(trigger.Methods is null ? "*" : string.Join(", ", trigger.Methods).ToUpperInvariant())} {trigger.Route} {function.Name}";

        Assert.Equal(Sorted(declared), Sorted(Routes.All.Select(route => $"{route.Methods} {route.Path} {route.Function}")));
    }

    // In the Functions host's order of names, what came after it would never be reached.
    [Fact]
    public void UnknownRoute_IsTheLastByName() =>
        Assert.Equal(nameof(UnknownRoute), Routes.All.Select(route => route.Function).Order(StringComparer.OrdinalIgnoreCase).Last());

    [Fact]
    public void Table_HasExactlyTheOperationsOfTheDocument()
    {
        // There, routes for everyone have no security, a parameter for the rest of a path has no star, and HEAD goes without saying.
        var documented = ApiContract.Operations.Select(operation =>
            $"{operation} {(string)operation.Json["operationId"]!} {(operation.Json["security"] is JsonArray { Count: 0 } ? "everyone" : "callers")}");
        var table = Routes.All.Where(route => route.Operation is not null).Select(route =>
            $"{route.Methods.Replace(", HEAD", "", StringComparison.Ordinal)} /{route.Path.Replace("{*", "{", StringComparison.Ordinal)} {route.Operation} {(route.Access == RouteAccess.Anyone ? "everyone" : "callers")}");

        Assert.Equal(Sorted(documented), Sorted(table));
        Assert.All(Routes.All.Where(route => route.Operation is null), route => Assert.Equal(RouteAccess.Anyone, route.Access));
    }

    [Fact]
    public void Table_TakesHeadWhereverItTakesGet() => Assert.All(
        Routes.All.Where(route => route.Methods.Contains("GET", StringComparison.Ordinal)), route => Assert.Equal("GET, HEAD", route.Methods));

    [Fact]
    public void Check_FunctionMissingFromTheTable_RefusesTheStartNamingIt()
    {
        Routes.Check(typeof(AtelierServices).Assembly.GetTypes());

        var message = Assert.Throws<StartException>(() => Routes.Check([typeof(Undeclared)])).Message;

        Assert.Contains("'OpenToEveryoneByMistake'", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    private static IEnumerable<string> Sorted(IEnumerable<string> lines) => lines.Order(StringComparer.Ordinal);

    private static class Undeclared
    {
        [Function("OpenToEveryoneByMistake")]
        public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/secrets")] HttpRequest request) =>
            Results.Text(request.Path);
    }
}
