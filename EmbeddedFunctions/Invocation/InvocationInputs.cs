using System.Text.Json;
using EmbeddedFunctions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Context.Features;
using Microsoft.Azure.Functions.Worker.Http;

namespace EmbeddedFunctions.Invocation;

/// <summary>What middleware has bound of an invocation's parameters before the function is called; the function gets the same values.</summary>
internal sealed class InvocationInputs(EmbeddedFunctionContext invocation) : IFunctionInputBindingFeature
{
    private readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal);
    private FunctionInputBindingResult? _all;

    public async ValueTask<FunctionInputBindingResult> BindFunctionInputAsync(FunctionContext context)
    {
        if (_all is not null) return _all;
        var values = new object?[invocation.Function.Binders.Count];
        for (var i = 0; i < values.Length; i++) values[i] = await BindAsync(i);
        return _all = new FunctionInputBindingResult(values);
    }

    /// <summary>One binding's value, converted to a type.</summary>
    public async ValueTask<InputBindingData<T>> BindAsync<T>(BindingMetadata binding)
    {
        if (!_values.TryGetValue(binding.Name, out var value))
        {
            var parameters = invocation.Function.Definition.Parameters;
            var index = Enumerable.Range(0, parameters.Length).FirstOrDefault(i => parameters[i].Name == binding.Name, -1);
            value = index >= 0 && typeof(T).IsAssignableFrom(parameters[index].Type) ? await BindAsync(index) : Convert(typeof(T), binding.Name);
            _values[binding.Name] = value;
        }

        return new Input<T>(this, binding, (T?)value);
    }

    private async ValueTask<object?> BindAsync(int index)
    {
        var name = invocation.Function.Definition.Parameters[index].Name;
        return _values.TryGetValue(name, out var value) ? value : _values[name] = await invocation.Function.Binders[index].BindAsync(invocation);
    }

    private object? Convert(Type type, string name)
    {
        if (type == typeof(HttpRequest)) return invocation.HttpContext?.Request;
        if (type == typeof(HttpRequestData)) return invocation.RequestData;
        var source = BindingSource.Of(invocation, name);
        return source is string text && type != typeof(string) ? JsonSerializer.Deserialize(text, type, WorkerJson.Options)
            : type.IsInstanceOfType(source) ? source
            : null;
    }

    private sealed class Input<T>(InvocationInputs inputs, BindingMetadata binding, T? value) : InputBindingData<T>
    {
        private T? _value = value;

        public override BindingMetadata BindingMetadata => binding;

        public override T? Value
        {
            get => _value;
            set => inputs._values[binding.Name] = _value = value;
        }
    }
}
