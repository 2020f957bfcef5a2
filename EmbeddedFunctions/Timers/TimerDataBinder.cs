using System.Reflection;
using System.Text.Json;
using EmbeddedFunctions.Http;
using EmbeddedFunctions.Invocation;

namespace EmbeddedFunctions.Timers;

/// <summary>Gives a timer's trigger parameter of the application's own type what <c>TimerInfo</c> holds, by way of JSON.</summary>
internal sealed class TimerDataBinder(ParameterInfo parameter) : ParameterBinder(parameter)
{
    public override ValueTask<object?> BindAsync(EmbeddedFunctionContext context)
    {
        var json = JsonSerializer.Serialize(context.Timer, WorkerJson.Options);
        try
        {
            return new(Type == typeof(string) ? json : JsonSerializer.Deserialize(json, Type, WorkerJson.Options));
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            throw Misfit(context, "the timer's state", exception);
        }
    }
}
