public import Devices

/// The drivers of devices without hardware.
public enum Simulators {
    public static var drivers: [any ConfigurableDriver] {
        [
            Driver.simulatedCamera,
            Driver.simulatedLightSource,
            Driver.simulatedFilterWheel,
            Driver.simulatedStage,
            Driver.simulatedDeformableMirror,
            Driver.simulatedDigitalIO,
            Driver.simulatedValueLogger,
            Driver.simulatedController,
            Driver.stageAwareSetup,
            Driver.stageAwareCamera,
            Driver.simulatedClarityCamera,
            Driver.testCamera,
            Driver.prebuiltCamera,
            Driver.dummyDSP,
            Driver.dummySLM,
            FloatingDriver.simulatedFloatingCamera,
        ]
    }
}
