namespace Microsoft.Azure.Functions.Worker
{
    /// <summary>Makes the objects of function classes. Register one of your own to make them otherwise.</summary>
    public interface IFunctionActivator
    {
        /// <summary>Makes an object for an invocation.</summary>
        object? CreateInstance(Type instanceType, FunctionContext context);
    }
}

namespace Microsoft.Azure.Functions.Worker.Core.Invocation
{
    /// <summary>Makes objects by type parameter.</summary>
    public static class FunctionActivatorExtensions
    {
        /// <summary>Makes an object for an invocation.</summary>
        public static T? CreateInstance<T>(this IFunctionActivator activator, FunctionContext context)
        {
            ArgumentNullException.ThrowIfNull(activator);
            return (T?)activator.CreateInstance(typeof(T), context);
        }
    }
}
