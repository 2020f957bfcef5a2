using Microsoft.Azure.Functions.Worker;

namespace EmbeddedFunctions.Invocation;

/// <summary>The return value of an invocation.</summary>
internal sealed class UntypedInvocationResult(EmbeddedFunctionContext context) : InvocationResult
{
    public override object? Value
    {
        get => context.ReturnValue;
        set => context.ReturnValue = value;
    }
}

/// <summary>The return value of an invocation, by its type.</summary>
internal sealed class TypedInvocationResult<T>(EmbeddedFunctionContext context) : InvocationResult<T>
{
    public override T? Value
    {
        get => context.ReturnValue switch
        {
            null => default,
            T value => value,
            var other => throw new InvalidOperationException($"The invocation returned a {other.GetType()}, not a {typeof(T)}."),
        };
        set => context.ReturnValue = value;
    }
}
