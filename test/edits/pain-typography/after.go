func greet(name string) {
	fmt.Println(“Hello, ” + name)   
	log.Printf("greeted %s", name)
	return
}
