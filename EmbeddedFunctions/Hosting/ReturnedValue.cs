namespace EmbeddedFunctions.Hosting;

/// <summary>How a method's returned object becomes a value: at once, or by awaiting it.</summary>
internal abstract class ReturnedValue(Type type)
{
    /// <summary>The value's declared type; <see langword="void"/> for none.</summary>
    public Type Type { get; } = type;

    public static ReturnedValue For(Type returnType)
    {
        if (returnType == typeof(Task) || returnType == typeof(ValueTask))
        {
            return new Nothing();
        }

        if (returnType.IsGenericType && returnType.GetGenericTypeDefinition() == typeof(Task<>))
        {
            return (ReturnedValue)Activator.CreateInstance(typeof(OfTask<>).MakeGenericType(returnType.GetGenericArguments()))!;
        }

        if (returnType.IsGenericType && returnType.GetGenericTypeDefinition() == typeof(ValueTask<>))
        {
            return (ReturnedValue)Activator.CreateInstance(typeof(OfValueTask<>).MakeGenericType(returnType.GetGenericArguments()))!;
        }

        return new Immediate(returnType);
    }

    public abstract ValueTask<object?> AwaitAsync(object? returned);

    private sealed class Immediate(Type type) : ReturnedValue(type)
    {
        public override ValueTask<object?> AwaitAsync(object? returned) => ValueTask.FromResult(returned);
    }

    private sealed class Nothing() : ReturnedValue(typeof(void))
    {
        public override async ValueTask<object?> AwaitAsync(object? returned)
        {
            await (returned is ValueTask task ? task.AsTask() : (Task)returned!);
            return null;
        }
    }

    private sealed class OfTask<T>() : ReturnedValue(typeof(T))
    {
        public override async ValueTask<object?> AwaitAsync(object? returned) => await (Task<T>)returned!;
    }

    private sealed class OfValueTask<T>() : ReturnedValue(typeof(T))
    {
        public override async ValueTask<object?> AwaitAsync(object? returned) => await (ValueTask<T>)returned!;
    }
}
