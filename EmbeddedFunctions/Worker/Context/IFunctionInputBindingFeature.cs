namespace Microsoft.Azure.Functions.Worker.Context.Features;

/// <summary>Lets middleware see and change what a function's parameters get.</summary>
public interface IFunctionInputBindingFeature
{
    /// <summary>The parameters' values. They are bound at the first call; the function gets them as they stand when it is called.</summary>
    ValueTask<FunctionInputBindingResult> BindFunctionInputAsync(FunctionContext context);
}

/// <summary>The values of a function's parameters.</summary>
public class FunctionInputBindingResult
{
    /// <summary>Holds values.</summary>
    public FunctionInputBindingResult(object?[] values) => Values = values;

    /// <summary>A value for each parameter, in their order.</summary>
    public object?[] Values { get; }
}
