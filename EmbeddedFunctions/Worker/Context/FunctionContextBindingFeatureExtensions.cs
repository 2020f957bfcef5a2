using EmbeddedFunctions.Invocation;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Access to what an invocation is given and what it returns.</summary>
public static class FunctionContextBindingFeatureExtensions
{
    /// <summary>
    /// Binds an input before the function is called, which then gets the same value: or what is set in its place.
    /// </summary>
    /// <param name="context">The invocation.</param>
    /// <param name="bindingMetadata">One of the function's <c>InputBindings</c>.</param>
    /// <exception cref="FunctionInputConverterException">The value does not fit.</exception>
    public static ValueTask<InputBindingData<T>> BindInputAsync<T>(this FunctionContext context, BindingMetadata bindingMetadata)
    {
        ArgumentNullException.ThrowIfNull(bindingMetadata);
        return EmbeddedFunctionContext.Of(context).Inputs.BindAsync<T>(bindingMetadata);
    }

    /// <summary>What the invocation returned, by its type.</summary>
    /// <exception cref="InvalidOperationException">It returned nothing, or something of another type.</exception>
    public static InvocationResult<T> GetInvocationResult<T>(this FunctionContext context)
    {
        var invocation = EmbeddedFunctionContext.Of(context);
        return invocation.ReturnValue is T
            ? new TypedInvocationResult<T>(invocation)
            : throw new InvalidOperationException(
                $"The invocation returned {invocation.ReturnValue?.GetType().ToString() ?? "nothing"}, not a {typeof(T)}.");
    }

    /// <summary>What the invocation returns. Set after the function has run, it replaces what the function returned.</summary>
    public static InvocationResult GetInvocationResult(this FunctionContext context) =>
        EmbeddedFunctionContext.Of(context).Result;

    /// <summary>
    /// The function's outputs. Where what it returns holds the answer to the caller in a property, that is one of them, and the invocation's
    /// result is <see langword="null"/>.
    /// </summary>
    public static IEnumerable<OutputBindingData<T>> GetOutputBindings<T>(this FunctionContext context)
    {
        var invocation = EmbeddedFunctionContext.Of(context);
        return invocation.FunctionDefinition.OutputBindings.Values.Select(binding => new InvocationOutput<T>(invocation, binding));
    }
}
