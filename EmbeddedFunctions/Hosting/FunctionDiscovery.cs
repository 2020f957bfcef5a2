using System.Reflection;
using EmbeddedFunctions.Http;
using EmbeddedFunctions.Timers;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Extensions.Configuration;

namespace EmbeddedFunctions.Hosting;

/// <summary>Finds an app's functions and every mistake in them.</summary>
internal static class FunctionDiscovery
{
    private const BindingFlags Methods = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <exception cref="FunctionsStartupException">Something is wrong; the message names each function with what is wrong in it.</exception>
    public static IReadOnlyList<FunctionDescriptor> Discover(EmbeddedFunctionsOptions options, HostJson host, IConfiguration configuration)
    {
        var assemblies = options.FunctionAssemblies.Count > 0 ? options.FunctionAssemblies : [Assembly.GetEntryAssembly()!];
        var mistakes = new List<string>();
        var functions = new List<FunctionDescriptor>();
        foreach (var method in assemblies.SelectMany(a => a.GetTypes()).Where(options.TypeFilter).SelectMany(t => t.GetMethods(Methods)))
        {
            if (method.GetCustomAttribute<FunctionAttribute>() is { } attribute && Describe(attribute.Name, method, mistakes) is { } function)
            {
                functions.Add(function);
            }
        }

        foreach (var same in functions.GroupBy(f => f.Name, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1))
        {
            mistakes.Add($"Function '{same.Key}': {same.Count()} functions have this name: {string.Join(", ", same.Select(f => f.EntryPoint))}.");
        }

        HttpRoutes.Check(functions, host, mistakes);
        foreach (var function in functions.Where(f => f.Trigger is TimerTriggerAttribute))
        {
            if (Schedule.TryParse(((TimerTriggerAttribute)function.Trigger).Schedule, configuration, out _, out var mistake) is false)
            {
                mistakes.Add($"Function '{function.Name}': {mistake}");
            }
        }

        return mistakes.Count == 0 ? functions : throw new FunctionsStartupException(mistakes);
    }

    private static FunctionDescriptor? Describe(string name, MethodInfo method, List<string> mistakes)
    {
        var triggers = method.GetParameters()
            .SelectMany(p => p.GetCustomAttributes<TriggerBindingAttribute>().Select(a => (Parameter: p, Trigger: a)))
            .ToList();
        if (triggers.Count != 1)
        {
            mistakes.Add(triggers.Count == 0
                ? $"Function '{name}': no parameter has a trigger attribute."
                : $"Function '{name}': it has {triggers.Count} triggers; a function has one.");
            return null;
        }

        var (parameter, trigger) = triggers[0];
        if (trigger is not (HttpTriggerAttribute or TimerTriggerAttribute or OrchestrationTriggerAttribute or ActivityTriggerAttribute))
        {
            mistakes.Add($"Function '{name}': the trigger {trigger.GetType().Name} is not supported here.");
            return null;
        }

        if (method.DeclaringType is { IsAbstract: true, IsSealed: false } or { ContainsGenericParameters: true })
        {
            mistakes.Add($"Function '{name}': its class {method.DeclaringType} cannot be instantiated.");
            return null;
        }

        var function = new FunctionDescriptor(name, method, parameter, trigger);
        var binders = new List<ValueBinder>();
        foreach (var each in method.GetParameters())
        {
            if (ParameterBinding.For(function, each) is { } binder)
            {
                binders.Add(binder);
            }
            else
            {
                mistakes.Add($"Function '{name}': parameter '{each.Name}' of type {each.ParameterType} cannot be bound.");
            }
        }

        if (binders.Count == method.GetParameters().Length)
        {
            function.Call = new FunctionCall(method, [.. binders]);
        }

        return function;
    }
}
