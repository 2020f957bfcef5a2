namespace Atelier.Configuration;

/// <summary>The app cannot start. The message is one line that says what to change.</summary>
/// <param name="message">What is wrong and what is needed instead. Never the value of a secret.</param>
public class StartException(string message) : Exception(message);
