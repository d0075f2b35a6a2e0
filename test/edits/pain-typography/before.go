func greet(name string) {
	fmt.Println(“Hello, ” + name)   
	log.Print("greeted")
	return
}
