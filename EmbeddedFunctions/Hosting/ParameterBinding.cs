using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using EmbeddedFunctions.Engine;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.DependencyInjection;

namespace EmbeddedFunctions.Hosting;

/// <summary>Decides once, at start, where each parameter's value comes from.</summary>
internal static class ParameterBinding
{
    /// <summary>The official worker reads bodies with names in any case and enums as numbers.</summary>
    private static readonly JsonSerializerOptions Body = new() { PropertyNameCaseInsensitive = true };

    /// <returns>The binder; <see langword="null"/> when nothing can give the parameter a value.</returns>
    public static ValueBinder? For(FunctionDescriptor function, ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (type == typeof(FunctionContext))
        {
            return static invocation => new ValueTask<object?>(invocation);
        }

        if (type == typeof(CancellationToken))
        {
            return static invocation => new ValueTask<object?>(invocation.CancellationToken);
        }

        if (parameter.GetCustomAttribute<DurableClientAttribute>() is not null)
        {
            return type == typeof(DurableTaskClient)
                ? static invocation => new ValueTask<object?>(invocation.InstanceServices.GetRequiredService<DurableTaskClient>())
                : null;
        }

        return function.Trigger switch
        {
            HttpTriggerAttribute => ForHttp(function, parameter),
            TimerTriggerAttribute => type == typeof(TimerInfo) && parameter == function.TriggerParameter ? Trigger : null,
            OrchestrationTriggerAttribute => ForOrchestration(function, parameter),
            ActivityTriggerAttribute => ForActivity(function, parameter),
            _ => null,
        };
    }

    private static ValueTask<object?> Trigger(Invocation invocation) => new(invocation.Trigger);

    private static ValueBinder? ForHttp(FunctionDescriptor function, ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (type == typeof(HttpRequest))
        {
            return static invocation => new ValueTask<object?>(invocation.Http!.Request);
        }

        if (parameter.GetCustomAttribute<FromBodyAttribute>() is not null)
        {
            return invocation => ReadBodyAsync(invocation, type);
        }

        if (parameter == function.TriggerParameter)
        {
            return null;
        }

        var converter = TypeDescriptor.GetConverter(type);
        if (type != typeof(string) && !converter.CanConvertFrom(typeof(string)))
        {
            return null;
        }

        var name = parameter.Name!;
        var missing = parameter.HasDefaultValue ? parameter.DefaultValue : type.IsValueType ? Activator.CreateInstance(type) : null;
        return invocation =>
        {
            var text = invocation.Http!.Request.RouteValues.TryGetValue(name, out var value)
                ? Convert.ToString(value, CultureInfo.InvariantCulture)
                : invocation.Http.Request.Query[name].FirstOrDefault();
            return new ValueTask<object?>(text is null ? missing
                : type == typeof(string) ? text
                : converter.ConvertFromInvariantString(text));
        };
    }

    private static async ValueTask<object?> ReadBodyAsync(Invocation invocation, Type type)
    {
        var request = invocation.Http!.Request;
        if (!request.HasJsonContentType())
        {
            throw new InvalidOperationException($"The body is not JSON: its content type is '{request.ContentType}'.");
        }

        return await JsonSerializer.DeserializeAsync(request.Body, type, Body, invocation.CancellationToken)
            ?? throw new InvalidOperationException("The body is null.");
    }

    private static ValueBinder? ForOrchestration(FunctionDescriptor function, ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (type == typeof(TaskOrchestrationContext))
        {
            return Trigger;
        }

        // A second parameter without attribute receives the input.
        return parameter == function.TriggerParameter
            ? null
            : invocation => new ValueTask<object?>(OrDefault(((IOrchestrationInput)invocation.Trigger!).GetInput(type), type));
    }

    private static ValueBinder ForActivity(FunctionDescriptor function, ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (parameter == function.TriggerParameter)
        {
            return invocation => new ValueTask<object?>(ReadInput(function, invocation, type));
        }

        if (type == typeof(string) && string.Equals(parameter.Name, "instanceId", StringComparison.OrdinalIgnoreCase))
        {
            return static invocation => new ValueTask<object?>(((ActivityInvocation)invocation.Trigger!).InstanceId);
        }

        return invocation => new ValueTask<object?>(ReadProperty(invocation, parameter));
    }

    private static object? ReadInput(FunctionDescriptor function, Invocation invocation, Type type)
    {
        var input = ((ActivityInvocation)invocation.Trigger!).SerializedInput;
        try
        {
            return OrDefault(JsonDataConverter.Worker.Deserialize(input, type), type);
        }
        catch (JsonException exception)
        {
            throw new InvalidOperationException(
                $"The input of activity '{function.Name}' is no {type}: at {exception.Path ?? "$"}, {exception.Message}",
                exception);
        }
    }

    private static object? ReadProperty(Invocation invocation, ParameterInfo parameter)
    {
        var input = ((ActivityInvocation)invocation.Trigger!).SerializedInput;
        if (input is not null && input.StartsWith('{'))
        {
            using var document = JsonDocument.Parse(input);
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (string.Equals(property.Name, parameter.Name, StringComparison.OrdinalIgnoreCase))
                {
                    return property.Value.Deserialize(parameter.ParameterType, Body);
                }
            }
        }

        return parameter.HasDefaultValue ? parameter.DefaultValue : OrDefault(null, parameter.ParameterType);
    }

    private static object? OrDefault(object? value, Type type) => value ?? (type.IsValueType ? Activator.CreateInstance(type) : null);
}
