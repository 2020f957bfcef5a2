using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionApp.Tests.EmbeddedFunctions.Worker;

/// <summary>Functions whose parameters are converted, or bound before by middleware.</summary>
public static class BindingFunctions
{
    public sealed record Point(int X, int Y);

    public interface IUnit
    {
        string Name { get; }
    }

    [InputConverter(typeof(TagConverter))]
    public sealed record Tag(string Text);

    [Function("TakesConverted")]
    public static IActionResult TakesConverted(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "converted/{point}/{tag}")] HttpRequest request,
        [InputConverter(typeof(PointConverter))] Point point,
        Tag tag) => new OkObjectResult($"{point.X + point.Y} {tag.Text}");

    [Function("TakesUnit")]
    public static IActionResult TakesUnit(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "unit/{unit}")] HttpRequest request, IUnit unit, int? number) =>
        new OkObjectResult($"{unit.Name} {number}");

    [Function("TakesNumber")]
    public static IActionResult TakesNumber(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "number/{number}")] HttpRequest request, int number) => new OkObjectResult($"{number}");

    [Function("SameServices")]
    public static IActionResult SameServices([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request, FunctionContext context) =>
        new OkObjectResult($"{ReferenceEquals(
            request.HttpContext.RequestServices.GetRequiredService<ScopedService>(),
            context.InstanceServices.GetRequiredService<ScopedService>())}");

    [Function("WritesLate")]
    public static IActionResult WritesLate([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => new LateResult();

    [Function("SeesFeatures")]
    public static IActionResult SeesFeatures([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request, FunctionContext context) =>
        new OkObjectResult(string.Join(
            ' ',
            context.Features.Get<FunctionInvocation>()?.Id == context.InvocationId,
            ReferenceEquals(context.Features.Get<FunctionDefinition>(), context.FunctionDefinition),
            context.Features.Get<Microsoft.Azure.Functions.Worker.Http.IHttpRequestDataFeature>() is not null,
            context.Features.Get<string>() ?? "none"));

    [Function("AddsUp")]
    public static int AddsUp([ActivityTrigger] Point point) => point.X + point.Y;

    /// <summary>A result that needs the invocation's services while it is written.</summary>
    private sealed class LateResult : IActionResult
    {
        public async Task ExecuteResultAsync(ActionContext context)
        {
            var scoped = context.HttpContext.RequestServices.GetRequiredService<ScopedService>();
            var journal = context.HttpContext.RequestServices.GetRequiredService<Journal>();
            await Task.Yield();
            await context.HttpContext.Response.WriteAsync($"{scoped.Id != Guid.Empty} {journal.Lines.Count}");
        }
    }
}

public sealed class PointConverter : IInputConverter
{
    public ValueTask<ConversionResult> ConvertAsync(ConverterContext context)
    {
        if (context.Source is not string text) return new(ConversionResult.Unhandled());
        var parts = text.Split(',');
        return new(parts.Length == 2
            ? ConversionResult.Success(new BindingFunctions.Point(int.Parse(parts[0], null), int.Parse(parts[1], null)))
            : ConversionResult.Failed(new FormatException("A point has two numbers.")));
    }
}

public sealed class TagConverter(Journal journal) : IInputConverter
{
    public ValueTask<ConversionResult> ConvertAsync(ConverterContext context)
    {
        journal.Lines.Enqueue($"{context.TargetType.Name} of {context.FunctionContext.FunctionDefinition.Name}");
        return new(ConversionResult.Success(new BindingFunctions.Tag($"#{context.Source}")));
    }
}

/// <summary>Registered for all parameters: does something for units alone.</summary>
public sealed class UnitConverter : IInputConverter
{
    public ValueTask<ConversionResult> ConvertAsync(ConverterContext context) => new(context.TargetType == typeof(BindingFunctions.IUnit)
        ? ConversionResult.Success(new Unit((string)context.Source!))
        : ConversionResult.Unhandled());

    private sealed record Unit(string Name) : BindingFunctions.IUnit;
}

/// <summary>Registered before the worker's own: takes numbers.</summary>
public sealed class EveryNumberIsSeven : IInputConverter
{
    public ValueTask<ConversionResult> ConvertAsync(ConverterContext context) =>
        new(context.TargetType == typeof(int) ? ConversionResult.Success(7) : ConversionResult.Unhandled());
}

/// <summary>Makes objects itself, and counts them.</summary>
public sealed class CountingActivator : IFunctionActivator
{
    public int Made { get; private set; }

    public object? CreateInstance(Type instanceType, FunctionContext context)
    {
        Made++;
        return ActivatorUtilities.CreateInstance(context.InstanceServices, instanceType);
    }
}
