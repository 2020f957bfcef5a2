namespace Microsoft.Azure.Functions.Worker;

/// <summary>What an input binding gives the function; middleware may put something else in its place.</summary>
public abstract class InputBindingData<T>
{
    /// <summary>The binding.</summary>
    public abstract BindingMetadata BindingMetadata { get; }

    /// <summary>The value.</summary>
    public abstract T? Value { get; set; }
}

/// <summary>What an invocation gives to an output binding; middleware may put something else in its place.</summary>
public abstract class OutputBindingData<T>
{
    /// <summary>The kind of binding, such as <c>http</c>.</summary>
    public abstract string BindingType { get; }

    /// <summary>The binding's name: the property's that holds the value.</summary>
    public abstract string Name { get; }

    /// <summary>The value; the type's default where there is none of that type.</summary>
    public abstract T? Value { get; set; }
}
