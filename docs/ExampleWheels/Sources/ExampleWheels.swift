public import Devices

/// The drivers of example wheels.
public enum ExampleWheels {
    public static var drivers: [any ConfigurableDriver] { [Driver.exampleWheel] }
}
